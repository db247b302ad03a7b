"""`python -m detector` is the command `twitch-detector`."""

from detector.cli.app import main

if __name__ == "__main__":
    main()
