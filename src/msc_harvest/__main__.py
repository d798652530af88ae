"""`python -m msc_harvest` does what `msc-harvest` does."""

from msc_harvest.cli import run

if __name__ == "__main__":
    run()
