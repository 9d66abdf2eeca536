# Jobs of image-drift on Google Cloud: docs/operations.md says what each part is for. Everything is made in one project
# and one region, but for the bucket and the secret with addresses, which exist.

locals {
  services = concat(
    [
      "artifactregistry.googleapis.com",
      "cloudscheduler.googleapis.com",
      "iam.googleapis.com",
      "run.googleapis.com",
      "secretmanager.googleapis.com",
    ],
    var.signed_links ? ["iamcredentials.googleapis.com"] : [],
  )
}

resource "google_project_service" "needed" {
  for_each = toset(local.services)

  project = var.project
  service = each.value
  # Others in the project may use it.
  disable_on_destroy = false
}

resource "google_artifact_registry_repository" "images" {
  count = var.repository == "" ? 0 : 1

  project       = var.project
  location      = var.region
  repository_id = var.repository
  format        = "DOCKER"

  depends_on = [google_project_service.needed]
}
