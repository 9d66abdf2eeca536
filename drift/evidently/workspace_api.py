"""What is used of Evidently's workspaces: their documents, without the service that shows them."""

from __future__ import annotations

from evidently.legacy.utils import NumpyEncoder
from evidently.sdk.models import (
    DashboardModel,
    DashboardPanelPlot,
    DashboardTabModel,
    PanelMetric,
    ProjectModel,
)
from evidently.sdk.panels import counter_panel, line_plot_panel, text_panel

__all__ = [
    "DashboardModel",
    "DashboardPanelPlot",
    "DashboardTabModel",
    "NumpyEncoder",
    "PanelMetric",
    "ProjectModel",
    "counter_panel",
    "line_plot_panel",
    "text_panel",
]
