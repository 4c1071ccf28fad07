"""The exercise sets, a folder each: checks, wrong answers, words in two languages."""
