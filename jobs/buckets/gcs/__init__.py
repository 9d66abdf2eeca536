"""Google Cloud Storage; the only folder that knows Google's client."""
