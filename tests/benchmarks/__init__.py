"""What the gateway carries, as ratios against the bare limit measured in the same run."""
