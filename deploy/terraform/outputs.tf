output "repository" {
  description = "Where to push the image; empty where the repository is not made here."
  value       = one([for made in google_artifact_registry_repository.images : "${var.region}-docker.pkg.dev/${var.project}/${made.repository_id}"])
}

output "runner" {
  description = "The account of the runs."
  value       = google_service_account.runner.email
}

output "start" {
  description = "The command that starts a run of each job now."
  value       = { for name, job in google_cloud_run_v2_job.run : name => "gcloud run jobs execute ${job.name} --project=${var.project} --region=${var.region} --wait" }
}
