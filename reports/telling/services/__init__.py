"""Services of Apprise that are sent more than plain text; imported when something is sent."""
