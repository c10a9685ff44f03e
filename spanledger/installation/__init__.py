"""What this installation says of itself to the explorer's page on settings and health: files in the data directory's
`run/`, named in `transforms.installation`. Nothing reads them to decide anything.
"""
