"""The watched folder: files that a 1C writes into `<dir>/<BRANCH>/<kind>/`."""
