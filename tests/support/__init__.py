"""What tests of several folders share: servers of their own."""
