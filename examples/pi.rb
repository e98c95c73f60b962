# SPDX-License-Identifier: GPL-2.0
#
# Digits of pi without a float, one by one:	kmctl run examples/pi.rb -- 60
#
# After Gibbons' unbounded spigot: q, r, t describe what is known of pi so far, and a digit
# is sure as soon as the next term cannot change it.

digits = (ARGV[0] || 40).to_i
q, r, t, k, digit, odd = 1, 0, 1, 1, 3, 3
printed = 0

while printed < digits
  if 4 * q + r - t < digit * t
    print digit
    print "." if printed == 0
    printed += 1
    q, r, digit = 10 * q, 10 * (r - digit * t), 10 * (3 * q + r) / t - 10 * digit
  else
    q, r, t, k, digit, odd =
      q * k, (2 * q + r) * odd, t * odd, k + 1, (q * (7 * k + 2) + r * odd) / (t * odd), odd + 2
  end
end
puts
