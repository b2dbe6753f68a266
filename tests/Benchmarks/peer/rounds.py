"""How a peer is driven: work is done when a line with a number of repetitions comes in, and each answer is a line of JSON."""

import argparse
import json
import sys
import time

import torch


def workload(description):
    """The folder of the policy and the workload that the command line names."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("policy", help="folder of a policy in Hugging Face's layout")
    parser.add_argument("workload", help="JSON file with the workload")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    with open(args.workload) as file:
        return args.policy, json.load(file)


def serve(work):
    """Answers with wall-clock and processor seconds, and with what the last repetition of `work` gave."""
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        wall, processor = time.perf_counter(), time.process_time()
        for _ in range(int(line)):
            numbers = work()
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        print(json.dumps({"wall": wall, "processor": processor, "numbers": numbers}), flush=True)
