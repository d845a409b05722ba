"""Words for people (文案): messages, the status of a benefit, the receipt, and carriers' words."""
