# A job file holds nothing secret; Secret Manager mounts a file that has versions.
resource "google_secret_manager_secret" "job_file" {
  for_each = var.jobs

  project   = var.project
  secret_id = "drift-${each.key}"

  replication {
    auto {}
  }

  depends_on = [google_project_service.needed]
}

resource "google_secret_manager_secret_version" "job_file" {
  for_each = var.jobs

  secret      = google_secret_manager_secret.job_file[each.key].id
  secret_data = each.value.file
}

resource "google_secret_manager_secret_iam_member" "reads_job_file" {
  for_each = var.jobs

  project   = var.project
  secret_id = google_secret_manager_secret.job_file[each.key].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${google_service_account.runner.email}"
}

resource "google_cloud_run_v2_job" "run" {
  for_each = var.jobs

  project             = var.project
  location            = var.region
  name                = "drift-${each.key}"
  deletion_protection = var.deletion_protection

  template {
    task_count = each.value.tasks
    # All at once: the others wait for task 0.
    parallelism = each.value.tasks

    template {
      service_account = google_service_account.runner.email
      # A retry within window.align is the same run. Exit code 0 never leads to one, and drift is exit code 0. A task of
      # several that is started again finds what is done, and does the rest.
      max_retries = each.value.tasks > 1 ? 3 : 1
      timeout     = "${each.value.timeout_s}s"

      containers {
        image = var.image
        # No --exit-code: the platform would start the run again because of drift.
        args = ["/etc/drift/${each.key}.toml"]

        dynamic "env" {
          for_each = merge(
            {
              DRIFT__LOG_LEVEL = "info"
              # Log lines then name their trace in full, so that Logs Explorer links it.
              GOOGLE_CLOUD_PROJECT = var.project
            },
            each.value.tasks > 1 ? { DRIFT__EXECUTION__ENGINE = "tasks" } : {},
            each.value.env,
          )

          content {
            name  = env.key
            value = env.value
          }
        }

        dynamic "env" {
          for_each = var.notify_secret == "" ? [] : [var.notify_secret]

          content {
            name = "DRIFT_NOTIFY_URLS"

            value_source {
              secret_key_ref {
                secret  = env.value
                version = "latest"
              }
            }
          }
        }

        resources {
          limits = {
            cpu    = each.value.cpu
            memory = each.value.memory
          }
        }

        volume_mounts {
          name       = "job-file"
          mount_path = "/etc/drift"
        }
      }

      volumes {
        name = "job-file"

        secret {
          secret = google_secret_manager_secret.job_file[each.key].secret_id

          items {
            version = "latest"
            path    = "${each.key}.toml"
          }
        }
      }
    }
  }

  # A job is refused whose account may not read its secrets yet.
  depends_on = [
    google_project_service.needed,
    google_secret_manager_secret_iam_member.knows_addresses,
    google_secret_manager_secret_iam_member.reads_job_file,
    google_secret_manager_secret_version.job_file,
  ]
}

resource "google_cloud_scheduler_job" "schedule" {
  for_each = var.jobs

  project   = var.project
  region    = var.region
  name      = "drift-${each.key}"
  schedule  = each.value.schedule
  time_zone = each.value.time_zone

  http_target {
    http_method = "POST"
    uri         = "https://run.googleapis.com/v2/${google_cloud_run_v2_job.run[each.key].id}:run"

    oauth_token {
      service_account_email = google_service_account.starter.email
    }
  }

  depends_on = [google_project_service.needed]
}
