"""The one way by which files of a project are read, found and written: nobody knows who made them."""
