# One account runs the jobs: it reads the bucket, and writes below the reports only.
resource "google_service_account" "runner" {
  project      = var.project
  account_id   = "drift-run"
  display_name = "Image drift runs"

  depends_on = [google_project_service.needed]
}

resource "google_storage_bucket_iam_member" "reads" {
  for_each = setunion([var.bucket], var.further_buckets)

  bucket = each.value
  role   = "roles/storage.objectViewer"
  member = "serviceAccount:${google_service_account.runner.email}"
}

resource "google_storage_managed_folder" "reports" {
  bucket = var.bucket
  name   = "${var.reports_path}/"
  # Deleting the folder's rights leaves the reports where they are.
  force_destroy = true
}

# A report that is written again, the lock and latest.json are replaced, which counts as deleting.
resource "google_storage_managed_folder_iam_member" "writes" {
  bucket         = google_storage_managed_folder.reports.bucket
  managed_folder = google_storage_managed_folder.reports.name
  role           = "roles/storage.objectUser"
  member         = "serviceAccount:${google_service_account.runner.email}"
}

resource "google_service_account_iam_member" "signs" {
  count = var.signed_links ? 1 : 0

  service_account_id = google_service_account.runner.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = "serviceAccount:${google_service_account.runner.email}"
}

resource "google_secret_manager_secret_iam_member" "knows_addresses" {
  count = var.notify_secret == "" ? 0 : 1

  project   = var.project
  secret_id = var.notify_secret
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${google_service_account.runner.email}"
}

# The other account starts the jobs and can do nothing else.
resource "google_service_account" "starter" {
  project      = var.project
  account_id   = "drift-start"
  display_name = "Starts image drift runs"

  depends_on = [google_project_service.needed]
}

resource "google_cloud_run_v2_job_iam_member" "starts" {
  for_each = var.jobs

  project  = var.project
  location = var.region
  name     = google_cloud_run_v2_job.run[each.key].name
  role     = "roles/run.invoker"
  member   = "serviceAccount:${google_service_account.starter.email}"
}
