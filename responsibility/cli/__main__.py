"""`python -m responsibility.cli` is `zeren`."""

from responsibility.cli import main

main()
