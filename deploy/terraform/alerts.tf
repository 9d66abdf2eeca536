# The two alerts of deploy/*.json for each job: a run failed, and the images have drifted.

locals {
  alerted = length(var.alert_channels) == 0 ? {} : var.jobs
  failed = {
    for name, _ in local.alerted :
    name => jsondecode(replace(file("${path.module}/../alert-policy.json"), "drift-dogs", "drift-${name}"))
  }
  drifted = {
    for name, _ in local.alerted :
    name => jsondecode(replace(file("${path.module}/../drift-alert-policy.json"), "drift-dogs", "drift-${name}"))
  }
}

resource "google_monitoring_alert_policy" "failed" {
  for_each = local.failed

  project               = var.project
  display_name          = each.value.displayName
  combiner              = each.value.combiner
  notification_channels = var.alert_channels

  conditions {
    display_name = each.value.conditions[0].displayName

    condition_threshold {
      filter          = each.value.conditions[0].conditionThreshold.filter
      comparison      = each.value.conditions[0].conditionThreshold.comparison
      threshold_value = each.value.conditions[0].conditionThreshold.thresholdValue
      duration        = each.value.conditions[0].conditionThreshold.duration

      aggregations {
        alignment_period   = each.value.conditions[0].conditionThreshold.aggregations[0].alignmentPeriod
        per_series_aligner = each.value.conditions[0].conditionThreshold.aggregations[0].perSeriesAligner
      }
    }
  }

  documentation {
    mime_type = each.value.documentation.mimeType
    content   = each.value.documentation.content
  }
}

resource "google_monitoring_alert_policy" "drifted" {
  for_each = local.drifted

  project               = var.project
  display_name          = each.value.displayName
  combiner              = each.value.combiner
  notification_channels = var.alert_channels

  conditions {
    display_name = each.value.conditions[0].displayName

    condition_matched_log {
      filter           = each.value.conditions[0].conditionMatchedLog.filter
      label_extractors = each.value.conditions[0].conditionMatchedLog.labelExtractors
    }
  }

  alert_strategy {
    auto_close = each.value.alertStrategy.autoClose

    notification_rate_limit {
      period = each.value.alertStrategy.notificationRateLimit.period
    }
  }

  documentation {
    mime_type = each.value.documentation.mimeType
    content   = each.value.documentation.content
  }
}
