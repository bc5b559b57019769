// The standard normal law in double precision.

// Chebyshev coefficients of (1 + x) Q(x)/phi(x) in t = (x - 3)/(x + 3), x >= 0: relative error 1e-16.
const MILLS = [
  1.1784568228520871, -0.15568377366551466, -0.046025207156927476, 0.028942713009137378,
  -0.0059413181042768193, 9.4799334831258109e-5, 0.0001728511083513619, -1.115834180798935e-5,
  -6.3587887693641514e-6, 3.5029253722892263e-7, 2.9237005795067486e-7, 2.0931932541286052e-9,
  -1.4199632268740969e-8, -1.5329417610288627e-9, 5.8852858288207008e-10, 1.6390973161782182e-10,
  -1.0513403971842206e-11, -1.1600413731548863e-11, -1.3297689295170162e-12, 5.0494778476671877e-13,
  1.8618069232871545e-13, 3.6376184250875271e-15, -1.2232446871947214e-14, -2.9972885854615157e-15,
  1.9771263545646858e-16, 2.7187191275586569e-16, 5.2799351979214807e-17, -7.550611727556224e-18,
];
const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

function density(x) {
  return Math.exp(-0.5 * x * x) / ROOT_TWO_PI;
}

// Mills' ratio Q(x)/phi(x) for x >= 0, by Clenshaw's recurrence.
function mills(x) {
  const t = 1 - 6 / (x + 3);
  let next = 0;
  let after = 0;
  for (let i = MILLS.length - 1; i > 0; i--) {
    const now = 2 * t * next - after + MILLS[i];
    after = next;
    next = now;
  }
  return (t * next - after + MILLS[0]) / (1 + x);
}

// Q(x) = 1 - Phi(x), with all its digits in both tails.
function tail(x) {
  const upper = mills(Math.abs(x)) * density(x);
  return x < 0 ? 1 - upper : upper;
}

function logTail(x) {
  if (x < 0) return Math.log1p(-tail(-x));
  return Math.log(mills(x)) - 0.5 * x * x - Math.log(ROOT_TWO_PI);
}
