"""What a person's rights and a member's leaving mean for the stores of an open home."""
