"""Sign-up and sign-in of the stand-in, as the hosted authentication server answers."""
