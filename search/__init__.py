"""The search: asks, schedules, records, draws and exports."""
