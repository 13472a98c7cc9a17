"""``python -m sortition`` is the command line."""

from sortition.cli import main

if __name__ == "__main__":
    main()
