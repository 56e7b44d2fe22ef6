"""What is certainly wrong: each module listens to events and yields facts. A new module is found by being here."""
