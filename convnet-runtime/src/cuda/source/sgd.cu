// g = gradient / loss scale + decay w; v = momentum v + g; w -= rate v, or with Nesterov w -= rate (g + momentum v): of all
// parameters, of which the first `decaying` values decay. A thread has four.
FN void sgd(float* w, const float* gradient, float* v, const float* rate, const float* momentum, const float* nesterov,
            const float* decay, const float* loss_scale, const u32* failed, u32 decaying, u32 size) {
  const u64 i = thread_number() * 4;
  if (i >= size || *failed) return;
  const float4 gs = *(const float4*)(gradient + i);
  float4 ws = *(float4*)(w + i), vs = {};
  if (*momentum != 0.f) vs = *(float4*)(v + i);
  const auto move = [&](float& w, float gradient, float& v) {
    float g = gradient / *loss_scale;
    if (i < decaying) g += *decay * w;
    float step = g;
    if (*momentum != 0.f) {
      v = *momentum * v + g;
      step = *nesterov != 0.f ? g + *momentum * v : v;
    }
    w -= *rate * step;
  };
  move(ws.x, gs.x, vs.x), move(ws.y, gs.y, vs.y), move(ws.z, gs.z, vs.z), move(ws.w, gs.w, vs.w);
  *(float4*)(w + i) = ws;
  if (*momentum != 0.f) *(float4*)(v + i) = vs;
}
