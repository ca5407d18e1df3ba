"""Inputs: environment and command line as typed values."""

from workers_deploy.inputs.model import Inputs, InputsReading, names_of, read_inputs

__all__ = ["Inputs", "InputsReading", "names_of", "read_inputs"]
