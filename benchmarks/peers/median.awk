# The median of list[1] to list[n], which is in order afterwards.
function median(list, n,   i, j, t) {
  for (i = 2; i <= n; i++) for (j = i; j > 1 && list[j] + 0 < list[j-1] + 0; j--) { t = list[j]; list[j] = list[j-1]; list[j-1] = t }
  return n % 2 ? list[(n+1)/2] : (list[n/2] + list[n/2+1]) / 2
}
