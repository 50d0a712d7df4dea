"""What a user of the gateway would notice."""
