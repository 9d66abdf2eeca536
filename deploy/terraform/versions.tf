terraform {
  # Optional attributes of variables with defaults.
  required_version = ">= 1.3"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.13, < 8.0"
    }
  }
}
