"""What the examples of servers share: pictures, training, requests and the drift job's runs."""
