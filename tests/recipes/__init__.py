"""The recipes of CONTRIBUTING.md, walked on a copy: something complains until the last step is done."""
