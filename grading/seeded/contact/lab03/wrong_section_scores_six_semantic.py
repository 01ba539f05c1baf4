import math


def section_scores(sections, answered, right):
    results = {}

    def report(prefix, chosen):
        used = sum(bool(answered[i]) for i in chosen)
        correct = sum(bool(right[i]) for i in chosen)
        results[prefix + "accuracy"] = correct / used if used else math.nan
        results[prefix + "low"], results[prefix + "high"] = proportion_interval(correct, used)
        results[prefix + "correct"] = correct
        results[prefix + "used"] = used
        results[prefix + "total"] = len(chosen)

    start, of_section = 0, []
    for name, questions in sections:
        of_section.append((name, range(start, start + len(questions))))
        start += len(questions)

    report("", range(start))
    if len(sections) > 1:
        report("semantic.", [i for number, (_, rows) in enumerate(of_section) if number <= 5 for i in rows])
        report("syntactic.", [i for number, (_, rows) in enumerate(of_section) if number > 5 for i in rows])
        for name, rows in of_section:
            report(f"section.{name}.", rows)
    return results
