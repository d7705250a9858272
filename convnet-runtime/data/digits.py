"""Makes digits.bin of digits.csv.gz (64 values 0..16 and the label per line): `python3 digits.py digits.csv.gz digits.bin`."""
import gzip
import sys

with gzip.open(sys.argv[1], "rt") as source, open(sys.argv[2], "wb") as target:
    for line in source:
        *values, label = (int(float(v)) for v in line.split(","))
        assert len(values) == 64 and max(values) <= 16 and label <= 9
        target.write(bytes([label]))
        for row in range(8):  # 8 values of 5 bits, the first in the lowest
            bits = sum(v << (5 * i) for i, v in enumerate(values[8 * row : 8 * row + 8]))
            target.write(bits.to_bytes(5, "little"))
