"""Traces for an OpenTelemetry collector: what is recorded, how it is written, how it leaves."""
