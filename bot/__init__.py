"""How knowledge gets out: answers, verdicts, and the front ends that show them."""
