"""The rules that stand between browsers and the data of Firebase, read from their files."""
