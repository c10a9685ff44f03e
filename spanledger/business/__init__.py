"""What a month earned and whom it served: the business file, and handing it to a build."""
