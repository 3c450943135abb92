"""What people say of the deliveries that they carry: one tap, one word; undone words stay, crossed out."""
