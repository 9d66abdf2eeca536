"""Evidently's page, JSON and workspace; the only folder that knows Evidently."""
