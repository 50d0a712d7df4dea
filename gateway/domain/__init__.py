"""What is true: the rules of the field as pure functions, without I/O, await or clock."""
