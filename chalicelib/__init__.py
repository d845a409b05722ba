"""无感认证平台 · Wugan: silent certification of pensions and subsidies."""
