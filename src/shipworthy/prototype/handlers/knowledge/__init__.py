"""What calls and properties of libraries mean: one module for each kind of library."""
