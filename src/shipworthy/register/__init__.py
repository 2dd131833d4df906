"""Who decided what, when and until when: a log that cannot be changed unseen."""
