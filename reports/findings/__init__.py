"""What a run found: the frozen types that the comparison fills and the reports print.

The field names are those of ``report.json`` (schema version 1): keys are added, never renamed.
"""
