"""What earlier versions kept in a record, in today's form; the rooms that read it know today's alone."""
