"""What scripts/bench measures, one file for each question. Standard library only."""
