"""What server code keeps in the memory of its process."""
