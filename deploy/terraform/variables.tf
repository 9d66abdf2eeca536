variable "project" {
  description = "The project that the jobs run in."
  type        = string
}

variable "region" {
  description = "Where the jobs run, the schedule is kept and the images are stored."
  type        = string
}

variable "bucket" {
  description = "The bucket with log, images and reports; it exists, with uniform bucket-level access."
  type        = string
}

variable "image" {
  description = "The container image of the jobs, with its tag or digest."
  type        = string
}

variable "jobs" {
  description = <<-TEXT
    The jobs by name. `file` is the text of a job file. With more than one of `tasks` the images of a run are shared by
    as many machines (docs/many-machines.md). `env` sets further variables, such as keys of the job file:
    DRIFT__TABLE__KEY.
  TEXT
  type = map(object({
    file      = string
    schedule  = optional(string, "15 3 * * *")
    time_zone = optional(string, "Etc/UTC")
    cpu       = optional(string, "2")
    memory    = optional(string, "4Gi")
    timeout_s = optional(number, 3600)
    tasks     = optional(number, 1)
    env       = optional(map(string), {})
  }))

  validation {
    condition     = alltrue([for name, _ in var.jobs : can(regex("^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$", name))])
    error_message = "A name has 1 to 42 small letters, digits and hyphens, and no hyphen at either end."
  }
}

variable "reports_path" {
  description = "reports.path of the jobs; they may write below it and nowhere else."
  type        = string
  default     = "data_drift_reports"

  validation {
    condition     = can(regex("^[^/].*[^/]$|^[^/]$", var.reports_path))
    error_message = "Without a slash at either end, such as \"data_drift_reports\"."
  }
}

variable "further_buckets" {
  description = "Other buckets that the jobs read, as named by images.allowed_prefixes or labels.allowed_prefixes."
  type        = set(string)
  default     = []
}

variable "notify_secret" {
  description = "A secret that exists and holds the addresses of docs/notifications.md; empty to tell nobody."
  type        = string
  default     = ""
}

variable "signed_links" {
  description = "Whether the jobs have reports.signed_links, for which their account signs for itself."
  type        = bool
  default     = false
}

variable "alert_channels" {
  description = "Notification channels of Cloud Monitoring, projects/PROJECT/notificationChannels/ID; none for no alerts."
  type        = list(string)
  default     = []
}

variable "repository" {
  description = "The repository of container images to make; empty where there is one."
  type        = string
  default     = "drift"
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to delete the jobs."
  type        = bool
  default     = true
}
