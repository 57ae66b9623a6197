"""Values → one medium. Views never query and never count."""
