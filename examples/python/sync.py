"""sync - makes a directory and a Workspace equal.

    sync.py [--up | --down] [--delete] [--force] [--dry-run] LINK DIRECTORY

What was created or changed on one side since the last sync goes to the other. With --up the directory stays as it is,
with --down the Workspace. What was deleted on one side comes back, or with --delete it is deleted on the other. More
than half of the files are only deleted with --force. With --dry-run nothing is changed. Prints a line for each file
that was not equal:

    >   uploaded                    <   downloaded
    x>  deleted in the Workspace    <x  deleted here
    !   conflict: kept twice        -   left alone
    E   failed                      ?   to be compared (only with --dry-run)

Host and account come from the environment: SENDSAFELY_HOST, SENDSAFELY_API_KEY, SENDSAFELY_API_SECRET, and for a private
certificate authority SENDSAFELY_CA_BUNDLE. The exit status is 0 if both sides are equal, 8 if they are and there was a
conflict, and 2 for arguments that cannot be right. Whatever ends a sync, the next one goes on.
"""

import argparse
import os
import sys

from libsendsafely import Action, Client, Direction, Error, Workspace

MARKS = {Action.UPLOADED: ">", Action.DOWNLOADED: "<", Action.DELETED_THERE: "x>", Action.DELETED_HERE: "<x", Action.KEPT_BOTH: "!",
         Action.COMPARED: "?", Action.IGNORED: "-"}
CONFLICT = 8


def main():
    parser = argparse.ArgumentParser(description="Makes a directory and a Workspace equal.")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--up", dest="direction", action="store_const", const=Direction.UP, default=Direction.BOTH)
    way.add_argument("--down", dest="direction", action="store_const", const=Direction.DOWN)
    parser.add_argument("--delete", action="store_true")
    parser.add_argument("--force", action="store_true")
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("link", metavar="LINK")
    parser.add_argument("directory", metavar="DIRECTORY")
    arguments = parser.parse_args()
    try:
        host, api_key, api_secret = (os.environ[f"SENDSAFELY_{name}"] for name in ("HOST", "API_KEY", "API_SECRET"))
    except KeyError:
        parser.error("no account; set SENDSAFELY_HOST, SENDSAFELY_API_KEY and SENDSAFELY_API_SECRET")
    try:
        with Client(host, api_key, api_secret, ca_bundle=os.environ.get("SENDSAFELY_CA_BUNDLE")) as client, client.open_link(arguments.link) as workspace:
            if not isinstance(workspace, Workspace):
                parser.error("the link is that of a package, not of a Workspace")
            report = workspace.sync(arguments.directory, direction=arguments.direction, delete_files=arguments.delete,
                                    force=arguments.force, dry_run=arguments.dry_run)
    except Error as error:
        show(error.report or (), arguments.dry_run)
        sys.exit(f"sync: {error}")
    sys.exit(CONFLICT if show(report, arguments.dry_run) else 0)


def show(report, dry_run):
    """Prints what was done with each file. Returns whether there was a conflict."""
    conflict = False
    for item in report:
        line = f"{MARKS.get(item.action, 'E'):<3} {item.path}"
        if item.action is Action.KEPT_BOTH and dry_run:
            line += ": both contents would be kept"
        elif item.action is Action.KEPT_BOTH:
            conflict = True
            line += f": the other content is now {os.path.basename(item.local_path)}"
        elif item.action is Action.COMPARED:
            line += ": the contents would be compared, and both kept if they differ"
        if item.message:
            line += f": {item.message}"
        print(printable(line))
    return conflict


def printable(text):
    """A text of other people, for a terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)


if __name__ == "__main__":
    main()
