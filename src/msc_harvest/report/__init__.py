"""What leaves the warehouse for people: CSV files. Text that a spreadsheet would run is neutralised."""
