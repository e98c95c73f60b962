# SPDX-License-Identifier: GPL-2.0
# title: fib(27)
# price: 3

def fib(n)
  n < 2 ? n : fib(n - 1) + fib(n - 2)
end
fib(27)
