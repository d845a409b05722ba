"""无感认证平台 · Wugan: silent certification of pensions and subsidies.

Which module does what: the map in README.md. Imports go down only, as the layers in pyproject.toml say.
"""
