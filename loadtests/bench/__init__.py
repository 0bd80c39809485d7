"""How fast is it? One table of ratios, measured in one run on this machine: `make bench`."""
