"""The turnover sheet of an account (оборотна відомість) and the age of its debt."""
